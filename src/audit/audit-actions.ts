export const auditTargets = ['catalog_item', 'event', 'user', 'review', 'comment', 'job'] as const;
export type AuditTarget = (typeof auditTargets)[number];

/** Every act that leaves an entry, with what it is done to. */
const targetOfAction = {
  'item.created': 'catalog_item',
  'event.created': 'event',
  'event.updated': 'event',
  'event.force_opened': 'event',
  'event.force_closed': 'event',
  'event.orders_exported': 'event',
  'user.deactivated': 'user',
  'user.activated': 'user',
  'user.comments_removed': 'user',
  'review.removed': 'review',
  'comment.removed': 'comment',
  'job.repeated': 'job',
} as const satisfies Record<string, AuditTarget>;

export type AuditAction = keyof typeof targetOfAction;
export const auditActions = Object.keys(targetOfAction) as AuditAction[];

export function targetTypeOf(action: AuditAction): AuditTarget {
  return targetOfAction[action];
}
