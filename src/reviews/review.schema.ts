import { Schema } from 'mongoose';

export interface ReviewDocument {
  _id: string;
  itemId: string;
  userId: string;
  rating: number;
  text: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export const reviewSchema = new Schema<ReviewDocument>(
  {
    _id: { type: String, required: true },
    itemId: { type: String, required: true },
    userId: { type: String, required: true },
    rating: { type: Number, required: true, min: 1, max: 5 },
    text: { type: String, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, strict: 'throw' },
);
reviewSchema.index({ itemId: 1, userId: 1 }, { name: 'reviews_one_per_user', unique: true });
reviewSchema.index({ itemId: 1, _id: -1 }, { name: 'reviews_by_item' });
// Answers the summary without reading the reviews.
reviewSchema.index({ itemId: 1, rating: 1 }, { name: 'reviews_by_rating' });
