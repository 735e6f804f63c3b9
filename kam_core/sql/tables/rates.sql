-- What one unit of a currency is worth by the newest rate on or before a day. The list is made once
-- for a whole query, and looked into only for rows that name another currency.
create macro as_of.rate_on(wanted, day) as
    list_last(
        list_filter(
            (
                select
                    list(
                        {'currency': currency, 'applies_from': applies_from, 'rate': rate}
                        order by applies_from
                    )
                from as_of.rates
            ),
            lambda each: each.currency = wanted and each.applies_from <= day
        )
    ).rate;

create macro as_of.in_reporting_currency(amount, currency, day) as
    case
        when currency is null or currency = text_setting('reporting_currency') then amount
        else
            try_cast(
                round(amount * as_of.rate_on(currency, day)::decimal(18, 6), 2) as decimal(18, 2)
            )
    end;
