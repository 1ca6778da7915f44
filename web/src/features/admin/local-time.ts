const two = (value: number) => String(value).padStart(2, '0');

/** What a datetime-local field shows for an instant, in this machine's time zone. */
export function toLocalField(iso: string | number): string {
  const at = new Date(iso);
  return (
    `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}` +
    `T${two(at.getHours())}:${two(at.getMinutes())}`
  );
}

/** The instant that a datetime-local field means in this machine's time zone; undefined for an empty one. */
export function fromLocalField(text: string): string | undefined {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
