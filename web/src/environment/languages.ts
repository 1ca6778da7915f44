/** The tag as `Intl` takes it, or undefined: Chromium under LANG=C says `en-US@posix`, others `zh_TW` or nothing. */
export function validTag(tag: unknown): string | undefined {
  if (typeof tag !== 'string') return undefined;
  try {
    return Intl.getCanonicalLocales(tag.split(/[@.]/, 1)[0]?.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

/** The reader's languages, best first, each of which `Intl` takes; never empty. */
export function preferredLanguages(browser: Partial<NavigatorLanguage> = navigator): string[] {
  const told = Array.isArray(browser.languages) ? browser.languages : [];
  const tags = [...told, browser.language].map(validTag).filter((tag) => tag !== undefined);
  return tags.length > 0 ? [...new Set(tags)] : ['en'];
}
