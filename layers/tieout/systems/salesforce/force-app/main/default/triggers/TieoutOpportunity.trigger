/** Tells Tieout of every change of an opportunity. */
trigger TieoutOpportunity on Opportunity(after insert, after update, after delete, after undelete) {
    TieoutChanges.tell(Trigger.operationType, Trigger.isDelete ? Trigger.old : Trigger.new);
}
