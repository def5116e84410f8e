INSERT INTO categories (slug, name) VALUES
    ('tea', 'Tea'),
    ('coffee', 'Coffee'),
    ('kitchen', 'Kitchen');

INSERT INTO products (category_id, sku, name, description, price_cents, stock)
SELECT categories.id, sample.sku, sample.name, sample.description, sample.price_cents, sample.stock
FROM (
    SELECT 'tea' AS slug, 'TEA-001' AS sku, 'Assam tea' AS name, 'Malty, strong, for the morning.' AS description,
        790 AS price_cents, 120 AS stock
    UNION ALL SELECT 'tea', 'TEA-002', 'Sencha tea', 'Green tea from Shizuoka, first harvest.', 1290, 40
    UNION ALL SELECT 'tea', 'TEA-003', 'Rooibos tea', 'Without caffeine, a little sweet.', 590, 75
    UNION ALL SELECT 'coffee', 'COF-001', 'House espresso', 'Dark roast, chocolate and nuts.', 1190, 60
    UNION ALL SELECT 'coffee', 'COF-002', 'Yirgacheffe', 'Washed, light roast, lemon and jasmine.', 1490, 25
    UNION ALL SELECT 'kitchen', 'KIT-001', 'Stoneware mug', 'Holds 300 ml, dishwasher safe.', 1450, 200
    UNION ALL SELECT 'kitchen', 'KIT-002', 'Hand grinder', 'Steel burrs, 30 g of beans.', 6900, 12
) AS sample
JOIN categories ON categories.slug = sample.slug;
