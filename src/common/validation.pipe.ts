import { Injectable, ValidationPipe, type PipeTransform } from '@nestjs/common';
import { isUUID, type ValidationError } from 'class-validator';
import type { FieldError } from './app-error.js';
import { commonErrors } from './common.errors.js';

/** Limits how much of a hostile request's faults is echoed. */
const MAX_FIELD_ERRORS = 50;

/** Validates every body and query: unknown fields are refused by name, types are never guessed in bodies. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => commonErrors.VALIDATION_FAILED({ errors: fieldErrors(errors) }),
  });
}

export function fieldErrors(errors: ValidationError[], prefix = ''): FieldError[] {
  return errors
    .flatMap((error) => {
      const field = prefix + error.property;
      const own = Object.values(error.constraints ?? {}).map((message) => ({
        field,
        message: message.replace(`property ${error.property} should not exist`, 'is not a known field'),
      }));
      return [...own, ...fieldErrors(error.children ?? [], `${field}.`)];
    })
    .slice(0, MAX_FIELD_ERRORS);
}

/** For ids in paths: a UUID in lower case, or 400 INVALID_ID. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value !== 'string' || !isUUID(value)) throw commonErrors.INVALID_ID();
    return value.toLowerCase();
  }
}
