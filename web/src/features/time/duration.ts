export interface Parts {
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}

/** Whole parts of what remains, rounded up: a countdown shows 0 only when the time has come. */
export function partsOf(milliseconds: number): Parts {
  const total = Math.max(0, Math.ceil(milliseconds / 1000));
  return {
    days: Math.floor(total / 86_400),
    hours: Math.floor((total % 86_400) / 3600),
    minutes: Math.floor((total % 3600) / 60),
    seconds: total % 60,
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** `04:09`, `2:04:09`: for a hold or a short wait. */
export function clockText(milliseconds: number): string {
  const { days, hours, minutes, seconds } = partsOf(milliseconds);
  const allHours = days * 24 + hours;
  return allHours > 0 ? `${allHours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
}
