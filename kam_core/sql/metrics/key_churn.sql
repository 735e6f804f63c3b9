-- metric: key_churn
-- order:  70
-- topic:  value
-- zh:     重点客户流失率
-- en:     Key-account churn
-- also:   关键客户流失率
-- kind:   ratio
-- unit:   percent
-- better: lower
-- target: 0.03
-- target-least: 0
-- target-most: 1
-- grain:  period x account_id
-- interval: wilson
-- needs:  tiers, accounts.lost_on
-- needs-or: accounts.lost_on|accounts.status!lost
-- known-by: accounts
-- dimensions: region, tier, account_manager, industry, account_id
-- evidence: accounts
-- means-zh: 期初第一天处于合作状态且属于重点客户层级的客户中，在期内流失的占比。
-- means-en: Of the accounts that were active and in a key tier on the first day of the period,
--           the share lost in it.
-- not-zh: 期内才升入重点客户层级的客户；流失日期晚于截止日的客户；没有流失日期的已流失客户（另外列出，可能改变 0 时不给出数值）。
-- not-en: Accounts that became key during the period, losses after the as-of date, lost
--         accounts without a date of loss (told beside the figure, which is then never 0).
select
    t.period,
    t.account_id,
    coalesce(a.lost_on between p.starts_on and p.ends_on, false)::integer as numerator,
    1 as denominator
from as_of.period_tiers t
join as_of.periods p using (period)
join scoped.accounts a using (account_id)
where t.is_key
union all
select period, account_id, null, null
from scoped.lost_some_day
-- beside: lost_some_day
select period, account_id
from scoped.lost_some_day
