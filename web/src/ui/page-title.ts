import { ref } from 'vue';

/** A page's own title, such as the drop's name; unset, the route's general one is shown. */
export const pageTitle = ref<string>();
