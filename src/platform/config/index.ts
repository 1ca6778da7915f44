export { BootError } from './boot-error.js';
export { ConfigModule } from './config.module.js';
export { MAX_ACCESS_TOKEN_TTL_SECONDS, settingGroups, settingsShape } from './settings.schema.js';
export { Settings, SettingsError } from './settings.js';
export { assertNodeIsSupported } from './node-version.js';
