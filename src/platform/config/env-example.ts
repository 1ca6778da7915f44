import { z } from 'zod';
import { settingGroups, settingsShape, type SettingGroup } from './settings.schema.js';

const HEAD = `# Every setting of SwiftDrop. Copy this file to .env and set what should differ: "make run", "make dev" and
# Docker Compose read it from there. A variable of the shell goes before the file; an empty one counts as unset.
# Written from the schema by "npm run env-example".
`;

/** What docker-compose.yml asks for beside the application's own settings. */
export const composeSettings = {
  POSTGRES_PASSWORD:
    'Password of the application in the PostgreSQL that Compose starts; letters and digits only.',
  POSTGRES_ADMIN_PASSWORD: 'Password of its superuser "postgres", whom the application does not use.',
  MONGO_PASSWORD: 'Password of the application in the MongoDB that Compose starts; letters and digits only.',
  MONGO_ADMIN_PASSWORD: 'Password of its user "root", whom the application does not use.',
  SHOP_PORT: 'Port on which the shop is reached from outside (default: 8080).',
} as const;

/** The text of `.env.example`; a test compares the two. */
export function renderEnvExample(): string {
  const groups = (Object.keys(settingGroups) as SettingGroup[]).map((group) =>
    section(
      group,
      settingGroups[group].map((key) => setting(key)),
    ),
  );
  const compose = Object.entries(composeSettings).map(([key, help]) => `# ${help}\n#${key}=\n`);
  return [HEAD, ...groups, section('Only for docker-compose.yml', compose)].join('\n');
}

function section(title: string, entries: string[]): string {
  return `# ---- ${title} ----\n\n${entries.join('\n')}`;
}

function setting(key: keyof typeof settingsShape): string {
  const schema = z.toJSONSchema(settingsShape[key], { io: 'output', unrepresentable: 'any' });
  const { description, default: fallback, minimum, maximum, enum: values } = schema;
  const notes = [
    ...(values ? [values.join(', ')] : []),
    ...(minimum !== undefined ? [`${minimum} to ${maximum}`] : []),
  ];
  const shown = typeof fallback === 'string' || typeof fallback === 'number' ? String(fallback) : '';
  return `# ${description}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}\n#${key}=${shown}\n`;
}
