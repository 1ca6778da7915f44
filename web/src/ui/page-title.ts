import { ref, watchEffect } from 'vue';

/** A page's own title, such as the drop's name and state; unset, the route's general one is shown. */
export const pageTitle = ref<string>();

/** Titles the tab while the page is there, as its state changes. */
export function usePageTitle(title: () => string | undefined): void {
  watchEffect(() => (pageTitle.value = title()));
}
