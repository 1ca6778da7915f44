import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type RouteRecordRaw,
} from 'vue-router';
import pages from '../routes.json';
import { tabStore } from '@/environment';
import { useSession } from '@/features/auth/session.store';
import HomePage from '@/features/events/HomePage.vue';
import { isMissingFile } from '@/ui/crash';

declare module 'vue-router' {
  interface RouteMeta {
    title?: string;
    needs?: 'user' | 'admin';
    guestsOnly?: boolean;
  }
}

type Component = NonNullable<RouteRecordRaw['component']>;

/** What stands behind each page of routes.json; the server reads the same list to know what is a 404. */
const views: Record<string, { component: Component; meta: RouteRecordRaw['meta'] }> = {
  home: { component: HomePage, meta: { title: 'home.title' } },
  event: { component: () => import('@/features/events/EventPage.vue'), meta: { title: 'event.title' } },
  confirm: {
    component: () => import('@/features/purchase/ConfirmPage.vue'),
    meta: { title: 'confirm.title', needs: 'user' },
  },
  login: {
    component: () => import('@/features/auth/LoginPage.vue'),
    meta: { title: 'auth.login', guestsOnly: true },
  },
  register: {
    component: () => import('@/features/auth/RegisterPage.vue'),
    meta: { title: 'auth.register', guestsOnly: true },
  },
  orders: {
    component: () => import('@/features/purchase/OrdersPage.vue'),
    meta: { title: 'orders.title', needs: 'user' },
  },
  profile: {
    component: () => import('@/features/auth/ProfilePage.vue'),
    meta: { title: 'profile.title', needs: 'user' },
  },
  status: {
    component: () => import('@/features/status/StatusPage.vue'),
    meta: { title: 'status.title' },
  },
  admin: {
    component: () => import('@/features/admin/DashboardPage.vue'),
    meta: { title: 'admin.dashboard', needs: 'admin' },
  },
  'admin-event-new': {
    component: () => import('@/features/admin/EventEditPage.vue'),
    meta: { title: 'admin.newEvent', needs: 'admin' },
  },
  'admin-event': {
    component: () => import('@/features/admin/EventAdminPage.vue'),
    meta: { title: 'admin.event', needs: 'admin' },
  },
  'admin-items': {
    component: () => import('@/features/admin/ItemsPage.vue'),
    meta: { title: 'admin.items', needs: 'admin' },
  },
  'admin-users': {
    component: () => import('@/features/admin/UsersPage.vue'),
    meta: { title: 'admin.users', needs: 'admin' },
  },
  'admin-audit': {
    component: () => import('@/features/admin/AuditPage.vue'),
    meta: { title: 'admin.audit', needs: 'admin' },
  },
};

export const routes: RouteRecordRaw[] = [
  ...pages.map(({ name, path }) => ({ name, path, ...views[name] }) as RouteRecordRaw),
  {
    name: 'not-found',
    path: '/:path(.*)*',
    component: () => import('@/ui/NotFoundPage.vue'),
    meta: { title: 'notFound.title' },
  },
];

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => {
    if (saved) return saved;
    if (to.hash) return { el: to.hash, top: 80 };
    // The page itself goes to what the address names, once it is there.
    if (to.query.item ?? to.query.rate) return undefined;
    return to.path === from.path ? undefined : { top: 0 };
  },
});

/** Where a page that is not for this visitor leads to. Before it is known who that is, nobody is led anywhere. */
export function detourFrom(to: RouteLocationNormalized): RouteLocationRaw | undefined {
  const session = useSession();
  if (!session.isKnown) return undefined;
  if (to.meta.guestsOnly) return session.isSignedIn ? returnPath(to) : undefined;
  if (to.meta.needs && !session.isSignedIn) return { name: 'login', query: { return: to.fullPath } };
  if (to.meta.needs === 'admin' && !session.isAdmin)
    return { name: 'not-found', params: { path: to.path.split('/').slice(1) } };
  return undefined;
}

router.beforeEach((to) => detourFrom(to) ?? true);

/** Fetches a page's code before it is needed. That it cannot be had is told when it is. */
export function prefetchPage(name: string): void {
  const view = views[name]?.component;
  if (typeof view === 'function') void (view as () => Promise<unknown>)().catch(() => undefined);
}

const WHOLE_LOAD = 'swiftdrop.whole-load';

/**
 * Loads the page whole whose code could not be fetched: after a deploy, the files of the page that is open are gone.
 * Once only, and not while the shop cannot be reached, where the browser would show its own page instead of ours.
 */
router.onError(async (error: unknown, to) => {
  const isTried = tabStore.getItem(WHOLE_LOAD) === to.fullPath || !tabStore.isLasting();
  const isThere = () =>
    fetch(to.fullPath, { method: 'HEAD' }).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!isMissingFile(error) || isTried || !(await isThere())) return reportError(error);
  tabStore.setItem(WHOLE_LOAD, to.fullPath);
  location.assign(to.fullPath);
});
router.afterEach((to, _from, failure) => {
  if (!failure && tabStore.getItem(WHOLE_LOAD) === to.fullPath) tabStore.removeItem(WHOLE_LOAD);
});

/** Where to go after signing in: only ever a path of this shop, whatever the address says. */
export function returnPath(route: RouteLocationNormalized): string {
  const wanted = route.query.return;
  if (
    typeof wanted !== 'string' ||
    !wanted.startsWith('/') ||
    wanted.startsWith('//') ||
    wanted.includes('\\')
  )
    return '/';
  return wanted;
}
