import { ValidateIf } from 'class-validator';

/**
 * The field may be left out; what is given is checked, `null` too. class-validator's IsOptional lets null pass
 * unchecked, past every bound and default, into code that was promised a number or a string.
 */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
