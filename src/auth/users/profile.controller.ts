import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthenticatedUser } from '../auth.decorators.js';
import { UpdateProfileRequest } from '../dto/update-profile.request.js';
import { UserResponse } from '../dto/user.response.js';
import { ProfileService } from './profile.service.js';

@ApiTags('profile')
@Controller('profile')
export class ProfileController {
  constructor(private readonly profile: ProfileService) {}

  @Get()
  @ApiOperation({ summary: "Read one's own account" })
  @ApiOkResponse({ type: UserResponse })
  getProfile(@CurrentUser() user: AuthenticatedUser): Promise<UserResponse> {
    return this.profile.get(user.id);
  }

  @Put()
  @ApiOperation({ summary: "Change one's own display name" })
  @ApiOkResponse({ type: UserResponse })
  updateProfile(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: UpdateProfileRequest,
  ): Promise<UserResponse> {
    return this.profile.update(user.id, body);
  }
}
