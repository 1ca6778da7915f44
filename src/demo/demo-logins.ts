import type { Role } from '../auth/index.js';

export interface DemoLogin {
  role: Role;
  email: string;
  password: string;
  displayName: string;
}

const demoAdmin: DemoLogin = {
  role: 'admin',
  email: 'admin@swiftdrop.example',
  password: 'demo-admin',
  displayName: 'Robin',
};

const demoShoppers = [
  { role: 'customer', email: 'ada@swiftdrop.example', password: 'demo-shopper', displayName: 'Ada' },
  { role: 'customer', email: 'bo@swiftdrop.example', password: 'demo-shopper', displayName: 'Bo' },
  { role: 'customer', email: 'chidi@swiftdrop.example', password: 'demo-shopper', displayName: 'Chidi' },
] as const satisfies readonly DemoLogin[];

export type DemoShopperEmail = (typeof demoShoppers)[number]['email'];

/** For the banner. The passwords are known to everybody: production refuses to seed them. */
export const demoLogins: readonly DemoLogin[] = [demoAdmin, ...demoShoppers];
