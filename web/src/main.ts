import './styles.css';
import ui from '@nuxt/ui/vue-plugin';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { useSession } from './features/auth/session.store';
import { startClock } from './features/time/start-clock';
import { i18n, useStoredLocale } from './i18n';
import { router } from './router';

async function start(): Promise<void> {
  const app = createApp(App);
  app.use(createPinia());
  await useStoredLocale();
  app.use(i18n);
  app.use(router);
  app.use(ui);
  startClock();
  void useSession().restore();
  await router.isReady();
  app.mount('#app');
}

void start();
