// RFC 3339 from the milliseconds that a leader stamped. Arithmetic alone: what is replicated never asks a clock, and
// nothing here can come to depend on a time zone.

import { assert } from '../lib/assert.ts';

const dayMs = 86_400_000;
const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** The last one that was made: those that many entries of one millisecond ask for, one after the other. */
let last = { timeMs: Number.NaN, text: '' };

/** `2026-01-31T08:05:09.040Z`. `timeMs`: since 1970 (UTC), before the year 10000. */
export function timestamp(timeMs: number): string {
  if (timeMs !== last.timeMs) last = { timeMs, text: textOf(timeMs) };
  return last.text;
}

function textOf(timeMs: number): string {
  assert(timeMs >= 0 && timeMs < 253_402_300_800_000, 'a time stands between 1970 and 9999');
  const days = Math.floor(timeMs / dayMs);
  const ms = Math.floor(timeMs - days * dayMs);
  const { year, month, day } = civil(days);
  const hours = pad(Math.floor(ms / 3_600_000), 2);
  const minutes = pad(Math.floor(ms / 60_000) % 60, 2);
  const seconds = pad(Math.floor(ms / 1_000) % 60, 2);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${hours}:${minutes}:${seconds}.${pad(ms % 1_000, 3)}Z`;
}

/**
 * The date that stands `days` after 1970-01-01. Years are counted from March, so that the leap day is the last of its
 * year (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
 */
function civil(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468; // from 0000-03-01
  const era = Math.floor(shifted / 146_097); // of 400 years
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
