import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../auth/index.js';
import { PageOf, type Page } from '../platform/http/index.js';
import { AuditService } from './audit.service.js';
import { AuditEntryResponse } from './dto/audit-entry.response.js';
import { AuditPageQuery } from './dto/audit-page.query.js';

@ApiTags('admin')
@Roles('admin')
@Controller('admin/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @ApiOperation({ summary: 'What admins did, newest first' })
  @ApiOkResponse({ type: PageOf(AuditEntryResponse) })
  listAuditEntries(@Query() query: AuditPageQuery): Promise<Page<AuditEntryResponse>> {
    return this.audit.list(query);
  }
}
