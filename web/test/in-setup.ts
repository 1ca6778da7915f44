import { render } from '@testing-library/vue';
import { defineComponent } from 'vue';
import { i18n, setLocale, type AppLocale } from '@/i18n';

/** What a composable gives to a component in that language. */
export async function inSetup<Given>(locale: AppLocale, use: () => Given): Promise<Given> {
  await setLocale(locale);
  const given: Given[] = [];
  const User = defineComponent({ setup: () => (given.push(use()), () => null) });
  render(User, { global: { plugins: [i18n] } });
  return given[0] as Given;
}
