/** Tells Tieout of every change of a product of an opportunity. */
trigger TieoutOpportunityLineItem on OpportunityLineItem(after insert, after update, after delete) {
    TieoutChanges.tell(Trigger.operationType, Trigger.isDelete ? Trigger.old : Trigger.new);
}
