import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import {
  CurrentUser,
  Roles,
  UserAdministration,
  UserResponse,
  type AuthenticatedUser,
} from '../auth/index.js';
import { IdPipe, PageOf, type Page } from '../platform/http/index.js';
import { AccountAdministration } from './account-administration.service.js';
import { UserPageQuery } from './dto/user-page.query.js';

@ApiTags('admin')
@Roles('admin')
@Controller('admin/users')
export class AdminUsersController {
  constructor(
    private readonly users: UserAdministration,
    private readonly administration: AccountAdministration,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Users, newest first' })
  @ApiOkResponse({ type: PageOf(UserResponse) })
  listUsers(@Query() query: UserPageQuery): Promise<Page<UserResponse>> {
    return this.users.list(query);
  }

  @Post(':id/deactivate')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deactivate a user: their tokens stop working on every instance within a second' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'USER_NOT_FOUND' })
  @ApiConflictResponse({ description: 'LAST_ADMIN' })
  deactivateUser(@CurrentUser() admin: AuthenticatedUser, @Param('id', IdPipe) id: string): Promise<void> {
    return this.administration.deactivate(admin.id, id);
  }

  @Post(':id/activate')
  @HttpCode(204)
  @ApiOperation({ summary: 'Let a deactivated user log in again' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'USER_NOT_FOUND' })
  activateUser(@CurrentUser() admin: AuthenticatedUser, @Param('id', IdPipe) id: string): Promise<void> {
    return this.administration.activate(admin.id, id);
  }
}
