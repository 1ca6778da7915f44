export { DatabaseSignals } from './database-signals.js';
export { Listeners } from './listeners.js';
