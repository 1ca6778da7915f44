import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentUser, Roles, type AuthenticatedUser } from '../auth/index.js';
import { IdPipe, PageOf, PageQuery, type Page } from '../platform/http/index.js';
import { SetAsideJobResponse } from './dto/set-aside-job.response.js';
import { JobAdministration } from './job-administration.service.js';

@ApiTags('admin')
@Roles('admin')
@Controller('admin/jobs/set-aside')
export class AdminJobsController {
  constructor(private readonly administration: JobAdministration) {}

  @Get()
  @ApiOperation({ summary: 'Jobs that failed for good, newest first' })
  @ApiOkResponse({ type: PageOf(SetAsideJobResponse) })
  listSetAsideJobs(@Query() query: PageQuery): Promise<Page<SetAsideJobResponse>> {
    return this.administration.listSetAside(query);
  }

  @Post(':id/repeat')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Try a job again that was set aside, with all its attempts',
    description: 'It gets a new id, and keeps its message id. Sent again, it is a 404.',
  })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ description: 'JOB_NOT_SET_ASIDE' })
  repeatSetAsideJob(@CurrentUser() admin: AuthenticatedUser, @Param('id', IdPipe) id: string): Promise<void> {
    return this.administration.repeat(admin.id, id);
  }
}
