import { ApiProperty } from '@nestjs/swagger';
import { roles, type Role, type User } from '../users/user.entity.js';

/** A user as that user and admins see them. */
export class UserResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ format: 'email' })
  email!: string;

  @ApiProperty()
  displayName!: string;

  @ApiProperty({ enum: roles })
  role!: Role;

  @ApiProperty({ description: 'False when an admin has deactivated the account.' })
  active!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  static of(user: User): UserResponse {
    const { id, email, displayName, role, active } = user;
    return { id, email, displayName, role, active, createdAt: user.createdAt.toISOString() };
  }
}
