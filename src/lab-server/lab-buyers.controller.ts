import { Body, Controller, HttpCode, Injectable, Post, UseGuards, type CanActivate } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentUser, Roles, type AuthenticatedUser } from '../auth/index.js';
import { commonErrors } from '../platform/errors/index.js';
import { Settings } from '../platform/config/index.js';
import { Idempotent, Keyed, type KeyedRequest } from '../platform/idempotency/index.js';
import { LabBuyersRequest, LabRunRequest } from './dto/lab-buyers.request.js';
import { LabBuyersResponse, LabRetirementResponse } from './dto/lab-buyers.response.js';
import { LabBuyersService } from './lab-buyers.service.js';

/** Where LAB_ENDPOINTS is off, there is nothing here. */
@Injectable()
class LabEndpointsGuard implements CanActivate {
  constructor(private readonly settings: Settings) {}

  canActivate(): boolean {
    if (!this.settings.labEndpointsEnabled) throw commonErrors.ROUTE_NOT_FOUND();
    return true;
  }
}

@ApiTags('lab')
@Roles('admin')
@UseGuards(LabEndpointsGuard)
@Controller('admin/lab/buyers')
@ApiNotFoundResponse({ description: 'ROUTE_NOT_FOUND' })
export class LabBuyersController {
  constructor(private readonly buyers: LabBuyersService) {}

  @Post()
  @Idempotent()
  @ApiOperation({
    summary: 'Make disposable buyers for a load test, with an access token each',
    description: 'Sent again with its Idempotency-Key, it issues new tokens for the same buyers.',
  })
  @ApiCreatedResponse({ type: LabBuyersResponse })
  makeLabBuyers(
    @CurrentUser() admin: AuthenticatedUser,
    @Body() request: LabBuyersRequest,
    @Keyed() keyed: KeyedRequest | undefined,
  ): Promise<LabBuyersResponse> {
    return this.buyers.make(admin.id, request, keyed);
  }

  @Post('retire')
  @HttpCode(200)
  @ApiOperation({ summary: 'End all disposable buyers of a load test' })
  @ApiOkResponse({ type: LabRetirementResponse })
  retireLabBuyers(@Body() { runId }: LabRunRequest): Promise<LabRetirementResponse> {
    return this.buyers.retire(runId);
  }
}
