import { ApiProperty } from '@nestjs/swagger';

export class AuthorResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  displayName!: string;

  /** @param names by user id; an account that is gone has none */
  static of(id: string, names: ReadonlyMap<string, string>): AuthorResponse {
    return { id, displayName: names.get(id) ?? 'Former shopper' };
  }
}
