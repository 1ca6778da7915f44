import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Put,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdPipe, PageOf, type Page } from '../platform/http/index.js';
import { Idempotent, Keyed, type KeyedRequest } from '../platform/idempotency/index.js';
import { CurrentUser, Public, type AuthenticatedUser } from './auth.decorators.js';
import { AuthService } from './auth.service.js';
import { clientOf } from './sessions/client.js';
import { CrossSiteGuard } from './sessions/cross-site.guard.js';
import { DeviceCookie } from './sessions/device-cookie.js';
import { AuthenticationResponse } from './dto/authentication.response.js';
import { ChangePasswordRequest, LoginRequest, RegisterRequest } from './dto/credentials.request.js';
import { SessionResponse } from './dto/session.response.js';
import { UserResponse } from './dto/user.response.js';
import { RateLimit } from '../platform/limits/index.js';
import { RefreshCookie } from './sessions/refresh-cookie.js';
import { SessionsService, type SessionTokens } from './sessions/sessions.service.js';

const PageOfSessions = PageOf(SessionResponse);

@ApiTags('auth')
@ApiResponse({ status: 503, description: 'AUTH_BUSY, AUTH_UNAVAILABLE' })
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly cookie: RefreshCookie,
    private readonly device: DeviceCookie,
  ) {}

  @Post('register')
  @Public()
  @RateLimit('register')
  @Header('Cache-Control', 'no-store')
  @Idempotent()
  @ApiOperation({
    summary: 'Make an account and log in',
    description: 'Sent again with its Idempotency-Key and the same password, it opens a session again.',
  })
  @ApiCreatedResponse({ type: AuthenticationResponse })
  @ApiResponse({ status: 400, description: 'PASSWORD_TOO_COMMON' })
  @ApiResponse({ status: 409, description: 'EMAIL_TAKEN' })
  @ApiResponse({ status: 429, description: 'RATE_LIMITED' })
  async register(
    @Body() body: RegisterRequest,
    @Keyed(['password']) keyed: KeyedRequest | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthenticationResponse> {
    const tokens = await this.auth.register(body, clientOf(request), keyed);
    this.device.set(reply, body.email);
    return this.grant(reply, tokens);
  }

  @Post('login')
  @Public()
  @RateLimit('login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Log in',
    description:
      'Unknown email, wrong password and deactivated account get the same answer. After ten wrong guesses at one ' +
      'account, each further one has to wait, from a second to five minutes; a browser in which the account has logged ' +
      'in before has a count of its own.',
  })
  @ApiOkResponse({ type: AuthenticationResponse })
  @ApiResponse({ status: 401, description: 'INVALID_CREDENTIALS' })
  @ApiResponse({ status: 429, description: 'RATE_LIMITED' })
  async login(
    @Body() body: LoginRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthenticationResponse> {
    const knownDevice = this.device.read(request, body.email);
    const tokens = await this.auth.login(body, clientOf(request), knownDevice);
    this.device.set(reply, body.email);
    return this.grant(reply, tokens);
  }

  @Post('refresh')
  @Public()
  @UseGuards(CrossSiteGuard)
  @ApiSecurity('refreshCookie')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Exchange the refresh cookie for a new access token and cookie',
    description:
      'A refresh token stays good until the next one has been used, so a lost answer costs nothing: send the old ' +
      'cookie again. Within ten seconds of an exchange the answer to the old cookie sets no new one (two tabs). ' +
      'A token that comes back after its successor was used ends the session.',
  })
  @ApiOkResponse({ type: AuthenticationResponse })
  @ApiResponse({ status: 401, description: 'INVALID_REFRESH_TOKEN, SESSION_ENDED' })
  @ApiResponse({ status: 403, description: 'CROSS_SITE_REQUEST' })
  async refreshSession(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthenticationResponse> {
    return this.grant(reply, await this.sessions.refresh(this.cookie.readAll(request), clientOf(request)));
  }

  @Get('sessions')
  @ApiOperation({ summary: "List one's own sessions, last used first" })
  @ApiOkResponse({ type: PageOfSessions })
  async listSessions(@CurrentUser() user: AuthenticatedUser): Promise<Page<SessionResponse>> {
    return { data: await this.sessions.list(user.id, user.sessionId), nextCursor: null };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiOperation({ summary: "End one of one's own sessions" })
  @ApiNoContentResponse()
  @ApiResponse({ status: 404, description: 'SESSION_NOT_FOUND' })
  async endSession(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', IdPipe) id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.end(user.id, id, clientOf(request));
    if (id === user.sessionId) this.cookie.clear(reply);
  }

  @Post('logout')
  @Public()
  @UseGuards(CrossSiteGuard)
  @ApiSecurity('refreshCookie')
  @ApiSecurity('bearer')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End the sessions of the access token and of the refresh cookie',
    description: 'Every answer but CROSS_SITE_REQUEST clears the cookie, also a refusal.',
  })
  @ApiNoContentResponse()
  @ApiResponse({ status: 401, description: 'UNAUTHENTICATED' })
  @ApiResponse({ status: 403, description: 'CROSS_SITE_REQUEST' })
  async logout(
    @CurrentUser() user: AuthenticatedUser | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    // First, so that the answer clears it whatever becomes of the rest.
    this.cookie.clear(reply);
    await this.sessions.logout(user, this.cookie.readAll(request), clientOf(request));
  }

  @Put('password')
  @RateLimit('login')
  @HttpCode(204)
  @Idempotent()
  @ApiOperation({ summary: 'Change the password and end all other sessions' })
  @ApiNoContentResponse()
  @ApiResponse({ status: 400, description: 'PASSWORD_TOO_COMMON' })
  @ApiResponse({ status: 403, description: 'WRONG_PASSWORD' })
  @ApiResponse({ status: 429, description: 'RATE_LIMITED' })
  async changePassword(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: ChangePasswordRequest,
    @Keyed(['currentPassword', 'newPassword']) keyed: KeyedRequest | undefined,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.auth.changePassword(user, body, clientOf(request), keyed);
  }

  private grant(reply: FastifyReply, tokens: SessionTokens): AuthenticationResponse {
    if (tokens.refreshToken !== undefined) this.cookie.set(reply, tokens.refreshToken);
    const { user, accessToken, expiresIn } = tokens;
    return { user: UserResponse.of(user), accessToken, expiresIn };
  }
}
