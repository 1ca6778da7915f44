export { ConfigModule } from './config.module.js';
export { Settings, SettingsError } from './settings.js';
export { settingGroups, settingsShape } from './settings.schema.js';
