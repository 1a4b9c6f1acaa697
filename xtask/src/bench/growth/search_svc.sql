update stock set available = available - pieces, stock_version = stock_version + changes
from (select variation_id, sum(case when is_cancelled then 0 else quantity end) as pieces,
          sum(case when is_cancelled then 2 else 1 end) as changes
      from line group by 1) as sold
where stock.variation_id = sold.variation_id;
