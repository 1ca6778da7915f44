/** The kit's own few words (close buttons and the like) in the page's language, from our one place. */
export function uiWords<T extends { code: string; messages: object }>(
  base: T,
  locale: string,
  t: (key: string) => string,
): T {
  const close = t('app.close');
  return {
    ...base,
    code: locale,
    name: locale,
    messages: {
      ...base.messages,
      alert: { close },
      banner: { close },
      modal: { close },
      slideover: { close },
      toast: { close },
    },
  };
}
