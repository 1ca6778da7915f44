import { Module } from '@nestjs/common';
import { ClaimService } from './claim.service.js';
import { ClaimsRepository } from './claims.repository.js';
import { ClosedDrops } from './closed-drops.js';
import { OrderHistoryController } from './order-history.controller.js';
import { OrdersRepository } from './orders.repository.js';
import { OrdersService } from './orders.service.js';
import { PurchaseController } from './purchase.controller.js';
import { ReservationExpirer } from './reservation-expirer.js';
import { SalesFigures } from './sales-figures.js';
import { SalesRepository } from './sales.repository.js';

@Module({
  controllers: [PurchaseController, OrderHistoryController],
  providers: [
    ClaimService,
    ClaimsRepository,
    ClosedDrops,
    OrdersService,
    OrdersRepository,
    ReservationExpirer,
    SalesFigures,
    SalesRepository,
  ],
  exports: [ClaimService, OrdersService, SalesFigures],
})
export class PurchaseModule {}
