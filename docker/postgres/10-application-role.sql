-- Run once by the image, as superuser, when the cluster is made: the application owns its database and nothing else.
\getenv password SWIFTDROP_PASSWORD

CREATE ROLE swiftdrop LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE swiftdrop OWNER swiftdrop;
REVOKE ALL ON DATABASE swiftdrop FROM PUBLIC;
