import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

export const roles = ['customer', 'admin'] as const;
export type Role = (typeof roles)[number];

@Entity('users')
@Unique('users_email_unique', ['email'])
@Check('users_email_lower_case', 'email = lower(email)')
@Check('users_role_known', `role IN ('customer', 'admin')`)
export class User {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'users_pkey' })
  id!: string;

  /** Lower case, always. */
  @Column({ type: 'text' })
  email!: string;

  @Column({ name: 'password_hash', type: 'text' })
  passwordHash!: string;

  @Column({ name: 'display_name', type: 'text' })
  displayName!: string;

  @Column({ type: 'text' })
  role!: Role;

  @Column({ type: 'boolean', default: true })
  active!: boolean;

  /** Raised to end all access tokens of the user at once. */
  @Column({ name: 'token_version', type: 'integer', default: 1 })
  tokenVersion!: number;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
