export { DatabaseSignals } from './database-signals.js';
export { Listeners } from './listeners.js';
export { RepeatingTask } from './repeating-task.js';
export { SignalsModule } from './signals.module.js';
