import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { authErrors } from '../auth.errors.js';
import type { UpdateProfileRequest } from '../dto/update-profile.request.js';
import { UserResponse } from '../dto/user.response.js';
import { UserRepository } from './user.repository.js';

/** A user's own account, as they see it. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
  ) {}

  /** @throws USER_NOT_FOUND */
  async get(userId: string): Promise<UserResponse> {
    const user = await this.users.find(userId);
    if (!user) throw authErrors.USER_NOT_FOUND();
    return UserResponse.of(user);
  }

  /** @throws USER_NOT_FOUND */
  async update(userId: string, request: UpdateProfileRequest): Promise<UserResponse> {
    const user = await this.database.transaction((transaction) =>
      this.users.rename(transaction, userId, request.displayName),
    );
    if (!user) throw authErrors.USER_NOT_FOUND();
    return UserResponse.of(user);
  }
}
