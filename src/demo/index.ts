export { type DemoLogin, demoLogins } from './demo-logins.js';
export { DemoSeed } from './demo-seed.service.js';
export { SeedModule } from './seed.module.js';
