import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { CURRENCIES, exponentOf } from './currencies.js';

const codesWith = (exponent: number): string =>
  CURRENCIES.filter((code) => exponentOf(code) === exponent).join(', ');

/** A billion major units at two decimals; what a whole drop may be worth is bounded beside it. */
export const MAX_PRICE_MINOR = 100_000_000_000;

/** Integer minor units (cents) and an ISO 4217 currency: `{ "amount": 12900, "currency": "USD" }`. */
export class Money {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, example: 12900 })
  amount!: number;

  @ApiProperty({
    example: 'USD',
    minLength: 3,
    maxLength: 3,
    pattern: '^[A-Z]{3}$',
    description:
      'An ISO 4217 code, in upper case. Its exponent says what `amount` is worth: two decimals, but none for ' +
      `${codesWith(0)}, and three for ${codesWith(3)}.`,
  })
  currency!: string;

  static of(amount: number, currency: string): Money {
    return Object.assign(new Money(), { amount, currency });
  }
}

/** What one unit may cost. Totals may be more, so only requests are held to it. */
export class Price extends Money {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_PRICE_MINOR, example: 12900 })
  @IsInt()
  @Min(0)
  @Max(MAX_PRICE_MINOR)
  override amount!: number;

  @IsIn(CURRENCIES, { message: 'currency must be an ISO 4217 code such as USD' })
  override currency!: string;
}
