import { ApiProperty } from '@nestjs/swagger';
import { auditActions, auditTargets, type AuditAction, type AuditTarget } from '../audit-actions.js';

class AuditActorResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  displayName!: string;
}

class AuditTargetResponse {
  @ApiProperty({ enum: auditTargets, enumName: 'AuditTargetType' })
  type!: AuditTarget;

  @ApiProperty({ format: 'uuid' })
  id!: string;
}

export class AuditEntryResponse {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  actor!: AuditActorResponse;

  @ApiProperty({ enum: auditActions, enumName: 'AuditAction' })
  action!: AuditAction;

  @ApiProperty()
  target!: AuditTargetResponse;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What was given or changed.' })
  details!: object;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}
