import { z } from 'zod';
import { defineMessage } from '../platform/database/index.js';

export const DropOpened = defineMessage(
  'DropOpened',
  1,
  z.object({ eventId: z.uuid(), openedAt: z.iso.datetime(), forced: z.boolean() }),
  'A drop has opened, at its start or because an admin opened it (forced).',
);

export const DropClosed = defineMessage(
  'DropClosed',
  1,
  z.object({ eventId: z.uuid(), closedAt: z.iso.datetime(), forced: z.boolean() }),
  'A drop has closed, at its end or because an admin closed it (forced). Nothing will be claimed in it any more.',
);
