-- Claims name the prices seen and the limit on holds; functions/claim_orders.sql has the new signature.
DROP FUNCTION IF EXISTS claim_orders(uuid[], integer[], uuid[], uuid[], integer[], text[]);
