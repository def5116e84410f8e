ALTER TABLE products ADD COLUMN archived_at TEXT;

CREATE INDEX reviews_product_created ON reviews (product_id, created_at);
