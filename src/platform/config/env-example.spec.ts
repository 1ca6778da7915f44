import { readFileSync } from 'node:fs';
import { composeSettings, renderEnvExample } from './env-example.js';
import { settingGroups, settingsShape } from './settings.schema.js';

describe('.env.example', () => {
  const file = readFileSync('.env.example', 'utf8');

  it('is what the schema says; "npm run env-example" writes it', () => {
    expect(file).toBe(renderEnvExample());
  });

  it('has every setting once, in a group, with a line of help', () => {
    const keys = [...file.matchAll(/^#([A-Z][A-Z0-9_]*)=/gm)].map(([, key]) => key);
    expect(keys.toSorted()).toEqual(
      [...Object.keys(settingsShape), ...Object.keys(composeSettings)].toSorted(),
    );
    expect(Object.values(settingGroups).flat().toSorted()).toEqual(Object.keys(settingsShape).toSorted());
    for (const key of keys) expect(file).toMatch(new RegExp(`^# .+\\n#${key}=`, 'm'));
    expect(file).not.toContain('undefined');
  });

  it('sets nothing by itself, least of all a secret', () => {
    expect(file.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    expect(file).toMatch(/^#JWT_SECRET=$/m);
  });
});
