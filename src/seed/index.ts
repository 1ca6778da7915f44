export { demoLogins, type DemoLogin } from './demo-logins.js';
export { DemoSeed } from './demo-seed.service.js';
export { SeedModule } from './seed.module.js';
