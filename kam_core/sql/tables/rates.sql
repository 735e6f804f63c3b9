create view as_of.conversion as
select {
    'currency': text_setting('reporting_currency'),
    'rates': list(
        {'currency': currency, 'applies_from': applies_from, 'rate': rate::decimal(18, 6)}
        order by applies_from
    )
} as conversion
from as_of.rates
having as_of() is not null;
comment on view as_of.conversion is
    'The reporting currency and every rate by its day, for the variable conversion';

-- Every amount asks for it, so it is looked up once, when a session begins.
create macro as_of.conversion() as
    getvariable('conversion')::struct(
        currency varchar,
        rates struct(currency varchar, applies_from date, rate decimal(18, 6))[]
    );

-- What one unit of a currency is worth by the newest rate on or before a day.
create macro as_of.rate_on(wanted, day) as
    list_last(
        list_filter(
            as_of.conversion().rates,
            lambda each: each.currency = wanted and each.applies_from <= day
        )
    ).rate;

create macro as_of.in_reporting_currency(amount, currency, day) as
    case
        when currency is null or currency = as_of.conversion().currency then amount
        else try_cast(round(amount * as_of.rate_on(currency, day), 2) as decimal(18, 2))
    end;
