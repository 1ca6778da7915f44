import './styles.css';
import ui from '@nuxt/ui/vue-plugin';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { repairBrowser } from './environment';
import { useSession } from './features/auth/session.store';
import { startClock } from './features/time/start-clock';
import { i18n, useStoredLocale } from './i18n';
import { router } from './router';
import { showFailedStart, watchCrashes } from './ui/crash';

async function start(): Promise<void> {
  repairBrowser();
  const app = createApp(App);
  watchCrashes(app);
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

start().catch((error: unknown) => {
  reportError(error);
  showFailedStart(document.getElementById('app') as HTMLElement);
});
