// @vitest-environment jsdom
import userEvent from '@testing-library/user-event';
import { render, screen, waitFor } from '@testing-library/vue';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { defineComponent, ref } from 'vue';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import ui from '@nuxt/ui/vue-plugin';
import type { User } from '@/api/types';
import { useSession } from '@/features/auth/session.store';
import { i18n } from '@/i18n';
import UnsavedGuard from './UnsavedGuard.vue';

const unsaved = ref(false);
const form = defineComponent({
  components: { UnsavedGuard },
  setup: () => ({ unsaved }),
  template: '<div><UnsavedGuard :unsaved="unsaved" /></div>',
});

async function show() {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/form', component: form },
      { path: '/elsewhere', component: { template: '<p>Elsewhere</p>' } },
    ],
  });
  await router.push('/form');
  render(RouterView, { global: { plugins: [i18n, router, ui] } });
  return router;
}
/** Whether the browser would ask before the tab is closed. */
const tabAsks = () => !dispatchEvent(new Event('beforeunload', { cancelable: true }));

describe('leaving a form', () => {
  beforeEach(() => {
    setActivePinia(createPinia());
    useSession().user = { id: 'ada', role: 'admin' } as User;
    unsaved.value = false;
  });

  it('needs no question when nothing was changed', async () => {
    const router = await show();
    expect(tabAsks()).toBe(false);
    await router.push('/elsewhere');
    expect(router.currentRoute.value.path).toBe('/elsewhere');
  });

  it.each([
    ['Keep editing', '/form'],
    ['Leave', '/elsewhere'],
  ])('with changes asks first; %s', async (answer, path) => {
    const router = await show();
    unsaved.value = true;
    await waitFor(() => expect(tabAsks()).toBe(true));
    const leaving = router.push('/elsewhere');
    await userEvent.click(await screen.findByRole('button', { name: answer }));
    await leaving;
    expect(router.currentRoute.value.path).toBe(path);
    expect(tabAsks()).toBe(path === '/form');
  });

  it('does not hold back somebody whose session is over', async () => {
    const router = await show();
    unsaved.value = true;
    useSession().user = undefined;
    await router.push('/elsewhere');
    expect(router.currentRoute.value.path).toBe('/elsewhere');
  });
});
