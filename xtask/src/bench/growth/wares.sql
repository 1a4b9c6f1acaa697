select jsonb_agg(jsonb_build_object('place', place, 'shop_id', p.shop_id, 'owner_id', s.owner_id, 'product_id', p.id,
    'variation_id', v.id, 'title', p.title, 'sku', p.sku))
from jsonb_array_elements_text(:'variations') with ordinality as ware (variation_id, number)
cross join lateral (select number - 1 as place) as placed
join variations v on v.id = ware.variation_id::uuid join products p on p.id = v.product_id join shops s on s.id = p.shop_id;
