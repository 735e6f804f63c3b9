create table mart.unheard_needs as from as_of.unheard_needs;
create or replace view as_of.unheard_needs as from mart.unheard_needs;

create table mart.unanswered_invitations as from as_of.unanswered_invitations;
create or replace view as_of.unanswered_invitations as from mart.unanswered_invitations;
