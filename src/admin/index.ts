export { AdminModule } from './admin.module.js';
export { LabModule } from './lab.module.js';
