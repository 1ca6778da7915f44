import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsISO4217CurrencyCode, IsUppercase, Max, Min } from 'class-validator';

/** A billion major units at two decimals; what a whole drop may be worth is bounded beside it. */
export const MAX_PRICE_MINOR = 100_000_000_000;

/** Integer minor units (cents) and an ISO 4217 currency: `{ "amount": 12900, "currency": "USD" }`. */
export class Money {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_PRICE_MINOR, example: 12900 })
  @IsInt()
  @Min(0)
  @Max(MAX_PRICE_MINOR)
  amount!: number;

  @ApiProperty({ example: 'USD', minLength: 3, maxLength: 3 })
  @IsUppercase()
  @IsISO4217CurrencyCode()
  currency!: string;

  static of(amount: number, currency: string): Money {
    return Object.assign(new Money(), { amount, currency });
  }
}
