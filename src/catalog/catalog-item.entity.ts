import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('item_catalog')
export class CatalogItem {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'item_catalog_pkey' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  description!: string;

  @Column({ type: 'text' })
  category!: string;

  @Column({ name: 'image_url', type: 'text', nullable: true })
  imageUrl!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
