/** Tells Tieout of every change of a contract. */
trigger TieoutContract on Contract(after insert, after update, after delete, after undelete) {
    TieoutChanges.tell(Trigger.operationType, Trigger.isDelete ? Trigger.old : Trigger.new);
}
