import { Injectable, ValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { isUUID, type ValidationError } from 'class-validator';
import { commonErrors, type FieldError } from '../errors/index.js';

/** Limits how much of a hostile request's faults is echoed. */
export const MAX_FIELD_ERRORS = 50;

/** Bounds of a body's structure; the largest legitimate one, a drop of 50 items, has 360 values in 4 levels. */
const MAX_BODY_VALUES = 2_000;
const MAX_BODY_DEPTH = 16;

/**
 * Refuses bodies that are too large in structure before they are looked at field by field: the libraries
 * recurse, so deep nesting would overflow the stack, and 20,000 unknown fields cost half a second of the
 * event loop.
 */
class BoundedValidationPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && !isModest(value))
      throw commonErrors.VALIDATION_FAILED({
        detail: 'The body has too many parts or is nested too deeply.',
      });
    return super.transform(value, metadata);
  }
}

/** Validates every body and query: unknown fields are refused by name, types are never guessed in bodies. */
export function createValidationPipe(): ValidationPipe {
  return new BoundedValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => commonErrors.VALIDATION_FAILED({ errors: fieldErrors(errors) }),
  });
}

/** Level by level, so that the depth of the value costs no stack. */
function isModest(body: unknown): boolean {
  let level = [body];
  let values = 0;
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (depth > MAX_BODY_DEPTH || values > MAX_BODY_VALUES) return false;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return true;
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
    return parseId(value);
  }
}

/** @throws INVALID_ID */
export function parseId(value: unknown): string {
  if (typeof value !== 'string' || !isUUID(value)) throw commonErrors.INVALID_ID();
  return value.toLowerCase();
}
