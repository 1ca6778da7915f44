const two = (value: number) => String(value).padStart(2, '0');

/** Time that has passed, as short as it can be said: `0.5 s`, `45 s`, `12:30`, `1:05:00`, `2 d`, `2 d 6:00`. */
export function elapsedText(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const tenths = Math.round(Math.abs(seconds) * 10);
  if (tenths < 600) return `${sign}${tenths < 100 ? tenths / 10 : Math.round(tenths / 10)} s`;
  const total = Math.round(tenths / 10);
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3_600);
  const minutes = Math.floor((total % 3_600) / 60);
  if (days > 0) return `${sign}${days} d${hours + minutes > 0 ? ` ${hours}:${two(minutes)}` : ''}`;
  return hours > 0
    ? `${sign}${hours}:${two(minutes)}:${two(total % 60)}`
    : `${sign}${minutes}:${two(total % 60)}`;
}
