import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, Roles, type AuthenticatedUser } from '../auth/index.js';
import {
  CatalogItemPage,
  CatalogItemResponse,
  CatalogService,
  CreateCatalogItemRequest,
  ListCatalogItemsQuery,
} from '../catalog/index.js';
import { Idempotent, Keyed, type KeyedRequest } from '../platform/idempotency/index.js';
import { ItemAdministration } from './item-administration.service.js';

@ApiTags('admin')
@Roles('admin')
@Controller('admin/items')
export class AdminItemsController {
  constructor(
    private readonly catalog: CatalogService,
    private readonly administration: ItemAdministration,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The catalogue, newest item first' })
  @ApiOkResponse({ type: CatalogItemPage })
  listCatalogItems(@Query() query: ListCatalogItemsQuery): Promise<CatalogItemPage> {
    return this.catalog.list(query);
  }

  @Post()
  @Idempotent()
  @ApiOperation({ summary: 'Add an item to the catalogue' })
  @ApiCreatedResponse({ type: CatalogItemResponse })
  createCatalogItem(
    @CurrentUser() admin: AuthenticatedUser,
    @Body() input: CreateCatalogItemRequest,
    @Keyed() keyed: KeyedRequest | undefined,
  ): Promise<CatalogItemResponse> {
    return this.administration.create(admin.id, input, keyed);
  }
}
